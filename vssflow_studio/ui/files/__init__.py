"""Opening, saving, importing and exporting; nobody's work is lost."""
