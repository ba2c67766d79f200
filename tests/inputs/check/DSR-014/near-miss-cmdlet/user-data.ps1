<powershell>
Set-NetTCPSetting -DynamicPortRangeStartPort 34000 -DynamicPortRangeNumberOfPorts 31536
</powershell>
