"""How well tracks agree with the truth: identities, CLEAR MOT and HOTA."""
