"""The ways in which convolutions are computed; `cnnbook.convolution` chooses among them."""
