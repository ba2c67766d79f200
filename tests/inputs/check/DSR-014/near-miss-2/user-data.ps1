<powershell>
netsh int ipv4 add excludedportrange tcp 30000 2768
netsh int ipv4 set dynamicport tcp start=16385 num=49151
</powershell>
