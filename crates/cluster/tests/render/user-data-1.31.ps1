<powershell>
[string]$EKSBootstrapScriptFile = "$env:ProgramFiles\Amazon\EKS\Start-EKSBootstrap.ps1"
# ports 34000-65535 for HNS, which takes 64 at a time for policies without DSR; set before
# kube-proxy starts, because by hand it would be lost with the node
netsh int ipv4 set dynamicport tcp start=34000 num=31536
netsh int ipv4 set dynamicport udp start=34000 num=31536
# 144 pods, for so many every type of the group has addresses; without it the kubelet takes 110
# in 1.31 DSR does not start without the gate; take it out when the cluster reaches 1.34
& $EKSBootstrapScriptFile `
  -EKSClusterName 'shop' `
  -APIServerEndpoint 'https://0123456789ABCDEF.gr7.eu-central-1.eks.amazonaws.com' `
  -Base64ClusterCA 'LS0tLS1CRUdJTg==' `
  -ServiceCIDR '10.100.0.0/16' `
  -DNSClusterIP '10.100.0.10' `
  -KubeletExtraArgs '--max-pods=144 --node-labels=team=shop --register-with-taints=os=windows:NoSchedule' `
  -KubeProxyExtraArgs '--enable-dsr=true --feature-gates=WinDSR=true' `
  -ExcludedSnatCIDRs '192.0.2.0/24', '198.51.100.0/24'
</powershell>
