<powershell>
Set-NetTCPSetting -DynamicPortRangeStartPort 16385 -DynamicPortRangeNumberOfPorts 49151
</powershell>
