"""How far one group of models is behind another. Pure: arrays in, frozen results out."""
