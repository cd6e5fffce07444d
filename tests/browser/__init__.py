"""Every page in a real Chromium: pictures, accessibility, no overflow, no script needed, nothing from elsewhere."""
