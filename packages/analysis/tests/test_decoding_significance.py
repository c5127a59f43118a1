def test_the_mean_of_decodings_has_their_mean_chance_and_null():
    accuracy = np.array([[0.9, 0.5], [0.5, 0.8]])
    null = np.full((4, 2, 2), 0.5)
    lower = replace(decoding(accuracy - 0.2, null - 0.1), chance=0.25)
    mean = mean_of([decoding(accuracy, null), lower])
    np.testing.assert_allclose(mean.accuracy, accuracy - 0.1)
    np.testing.assert_allclose(mean.null, 0.45)
    assert (mean.chance, len(mean.classes), mean.coefficients.shape[2]) == (0.375, 4, 4)
    with pytest.raises(AnalysisError, match="same views"):
        mean_of([decoding(accuracy, null), decoding(accuracy, null, ["other", "label"])])
