<powershell>
netsh int ipv4 set dynamicport tcp start=16385 num=49151
</powershell>
