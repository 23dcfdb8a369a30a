"""Models, settings, licences, reports: windows of their own."""
