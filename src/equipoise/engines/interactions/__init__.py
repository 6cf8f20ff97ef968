"""What kratom does to the exposure of a medicine: the mechanistic static model and the dynamic enzyme-turnover model."""
