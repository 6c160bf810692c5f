"""Word to the sending country: how a person is after coming home, in a few codes and dates, under consent."""
