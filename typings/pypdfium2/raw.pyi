from typing import Any

FPDF_NO_INCREMENTAL: int
FPDF_REMOVE_SECURITY: int

def FPDFText_LoadStandardFont(document: object, font: bytes) -> object: ...
def FPDFFont_GetGlyphWidth(font: object, glyph: int, font_size: float, width: Any) -> bool: ...
