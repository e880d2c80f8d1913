"""Clear chips of fixed size to train and test on."""
