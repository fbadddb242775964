"""Read reflexes: lists, one of them, what reached them, how often they fired."""
