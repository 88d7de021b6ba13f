"""What carries an inventory number: its life from the order to the disposal, and who has it."""
