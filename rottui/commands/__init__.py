"""What the commands do; ``rottui.cli`` says what they are called and what they take."""
