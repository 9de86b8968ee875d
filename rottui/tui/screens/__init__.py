"""What covers the whole screen: the main screen, help, and questions."""
