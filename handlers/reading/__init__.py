"""Reading what people type: days, periods, money and free-text touches, in Chinese and English."""
