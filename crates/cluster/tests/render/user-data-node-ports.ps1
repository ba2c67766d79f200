<powershell>
[string]$EKSBootstrapScriptFile = "$env:ProgramFiles\Amazon\EKS\Start-EKSBootstrap.ps1"
# the range 16385-65535 has the node ports 30000-32767: they are taken out of it first, so that
# HNS does not hold the port of a service
netsh int ipv4 add excludedportrange protocol=tcp startport=30000 numberofports=2768
netsh int ipv4 add excludedportrange protocol=udp startport=30000 numberofports=2768
# ports 16385-65535 for HNS, which takes 64 at a time for policies without DSR; set before
# kube-proxy starts, because by hand it would be lost with the node
netsh int ipv4 set dynamicport tcp start=16385 num=49151
netsh int ipv4 set dynamicport udp start=16385 num=49151
# 144 pods, for so many every type of the group has addresses; without it the kubelet takes 110
& $EKSBootstrapScriptFile `
  -EKSClusterName 'shop' `
  -APIServerEndpoint 'https://0123456789ABCDEF.gr7.eu-central-1.eks.amazonaws.com' `
  -Base64ClusterCA 'LS0tLS1CRUdJTg==' `
  -ServiceCIDR '10.100.0.0/16' `
  -DNSClusterIP '10.100.0.10' `
  -KubeletExtraArgs '--max-pods=144 --node-labels=team=shop --register-with-taints=os=windows:NoSchedule' `
  -ExcludedSnatCIDRs '192.0.2.0/24', '198.51.100.0/24'
</powershell>
