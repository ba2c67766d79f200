<powershell>
Set-TimeZone -Id UTC
</powershell>
<powershell>
Get-Date
</powershell>
