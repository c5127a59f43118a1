def test_the_summary_says_sizes_hubs_and_what_is_odd(toy):
    assert toy.summary().splitlines() == [
        "toy: 7 metabolites, 10 reactions, 17 edges, 6 genes",
        "  compartments  c 4, e 3",
        "  reactions     3 exchanges, 1 other boundary, 2 reversible, 5 with a gene rule",
        "  subsystems    3, 4 reactions unassigned",
        "  objective     OUT",
        "  degree        median 2, largest acid_c 5, sugar_c 3, sugar_e 2",
        "  unbalanced    none",
        "  not judged    none",
        "  isolated      none",
        "  left out      nothing",
    ]


def test_long_lists_are_cut_and_counted(ijo1366):
    text = ijo1366.prune_blocked().summary()
    assert (
        "226 reactions blocked with every exchange open: EX_ag_e, EX_arbt_e, EX_aso3_e, EX_cbi_e, EX_cd2_e and 221 more"
        in text
    )
    assert max(map(len, text.splitlines())) < 300


def test_unknown_formulas_are_counted(iys1720):
    assert "not judged    40 reactions with an unknown formula or charge" in iys1720.summary()
