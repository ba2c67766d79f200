<powershell>
[System.Environment]::SetEnvironmentVariable('SERVICE_IPV4_CIDR', '10.100.0.0/16', 'Machine')
[string]$EKSBootstrapScriptFile = "$env:ProgramFiles\Amazon\EKS\Start-EKSBootstrap.ps1"
& $EKSBootstrapScriptFile -EKSClusterName claims-prod -APIServerEndpoint https://0123456789ABCDEF.gr7.eu-west-1.eks.amazonaws.com -Base64ClusterCA bm90IGEgY2VydGlmaWNhdGU=
</powershell>
