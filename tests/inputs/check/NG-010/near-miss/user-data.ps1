<powershell>
Set-TimeZone -Id UTC
Get-Date
</powershell>
