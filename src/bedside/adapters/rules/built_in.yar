/*
Signatures of the built-in scanner. A rule's identifier is what the screen shows, with dots for
underscores. They were written for Bedside and match structure that a harmless file of an accepted
type does not have. They see a file's raw bytes and, one by one, what its archive members and PDF
streams unpack to. What a PDF would do by itself is found by walking its objects, not here.
*/

rule Bedside_Test_EICAR
{
    meta:
        description = "The anti-malware test file, see eicar.org"
    strings:
        $eicar = "X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
    condition:
        $eicar
}

rule Bedside_Office_Macros
{
    meta:
        description = "A VBA project ([MS-OVBA]) in an Office 97 file or inside an Office document"
    strings:
        $compound = { D0 CF 11 E0 A1 B1 1A E1 }
        $project = "_VBA_PROJECT" wide
        $module = "Attribut\x00e VB_Nam"
        $modern = "vbaProject.bin"
    condition:
        ($compound at 0 and ($project or $module)) or (uint32be(0) == 0x504B0304 and $modern)
}

rule Bedside_Office_DDE
{
    meta:
        description = "A field that starts another program when the document is opened"
    strings:
        $field = /<w:instrText[^>]{0,200}>\s{0,20}DDE(AUTO)?\s/ nocase
        $simple = /w:instr\s{0,5}=\s{0,5}"\s{0,20}DDE(AUTO)?\s/ nocase
    condition:
        any of them
}

rule Bedside_RTF_Exploit
{
    meta:
        description = "RTF with the equation editor's object, as CVE-2017-11882 and its kin need"
    strings:
        $rtf = "{\\rt"
        $editor = "Equation.3" nocase
        $hex = "4571756174696f6e2e33" nocase
        $class = "02ce020000000000c000000000000046" nocase
    condition:
        $rtf at 0 and any of ($editor, $hex, $class)
}

rule Bedside_PDF_Launch
{
    meta:
        description = "A PDF that cannot be parsed but starts a program in a lenient reader"
    strings:
        $pdf = "%PDF-"
        $launch = /\/S\s{0,10}\/Launch\b/
    condition:
        $pdf in (0..1024) and $launch
}
