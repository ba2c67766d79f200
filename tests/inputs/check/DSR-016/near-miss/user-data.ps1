<powershell>
netsh int ipv4 set dynamicport tcp start=34000 num=31536 | Out-Null
& "C:\Program Files\Amazon\EKS\Start-EKSBootstrap.ps1" -EKSClusterName "payments" -APIServerEndpoint "https://0123456789ABCDEF0123456789ABCDEF.gr7.eu-west-1.eks.amazonaws.com" -Base64ClusterCA "bm90IGEgY2VydGlmaWNhdGU=" -ServiceCIDR "10.100.0.0/16" -DNSClusterIP "10.100.0.10"
</powershell>
