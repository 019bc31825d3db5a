/*
Signatures of the built-in scanner. Each rule's identifier is what the screen shows, with the
underscores as dots. They are written for Bedside and match on structure that a harmless file of
an accepted type does not have.
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
