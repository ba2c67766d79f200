<powershell>
[string]$EKSBootstrapScriptFile = "$env:ProgramFiles\Amazon\EKS\Start-EKSBootstrap.ps1"
# ports 34000-65535 for HNS, which takes 64 at a time for policies without DSR; set before
# kube-proxy starts, because by hand it would be lost with the node
netsh int ipv4 set dynamicport tcp start=34000 num=31536
netsh int ipv4 set dynamicport udp start=34000 num=31536
# a replacement that finds nothing says nothing: better a node that does not join than one
# without DSR
if (-not (Select-String -LiteralPath $EKSBootstrapScriptFile -Pattern '"--proxy-mode=kernelspace",' -SimpleMatch -CaseSensitive -Quiet)) { throw 'Start-EKSBootstrap.ps1 has no text --proxy-mode=kernelspace to replace' }
(Get-Content $EKSBootstrapScriptFile).Replace('"--proxy-mode=kernelspace",', '"--proxy-mode=kernelspace", "--enable-dsr=true",') | Set-Content $EKSBootstrapScriptFile
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
