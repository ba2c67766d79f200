package main

import (
	"math/rand/v2"

	"github.com/go-logr/logr"
	v1 "k8s.io/api/core/v1"

	"github.com/aws/amazon-vpc-resource-controller-k8s/pkg/config"
)

// settings are a ConfigMap and what the controller reads from it.
type settings struct {
	Seed  uint64            `json:"seed"`
	Index uint64            `json:"index"`
	Data  map[string]string `json:"data"` // null for a ConfigMap without data
	// Warm IP, minimum IP, warm prefix, and whether prefix delegation is on.
	Parsed    [3]int  `json:"parsed"`
	Prefixes  bool    `json:"prefixes"`
	Secondary targets `json:"secondary"`
	Prefix    targets `json:"prefix"`
}

var flagTexts = []string{"true", "false", "True", "TRUE", "1", "0", "t", "F", "", "yes", "tRUE", "true ", "on"}
var numberTexts = []string{
	"0", "1", "3", "5", "16", "-1", "-2", "+4", "007", "-0", "", " 3", "3.0", "0x10", "1_000", "three", "+", "--1", "٣",
	"9223372036854775807", "9223372036854775808", "-9223372036854775809", "576460752303423488", "99999999999999999999999",
}

func readSettings(seed, index uint64) settings {
	rng := rand.New(rand.NewPCG(seed, index))
	s := settings{Seed: seed, Index: index}
	if rng.IntN(40) > 0 {
		s.Data = map[string]string{config.EnableWindowsIPAMKey: "true"}
		if rng.IntN(4) > 0 {
			s.Data[config.EnableWindowsPrefixDelegationKey] = flagTexts[min(rng.IntN(len(flagTexts)), rng.IntN(len(flagTexts)))]
		}
		for _, key := range []string{
			config.WarmIPTarget, config.WinWarmIPTarget, config.MinimumIPTarget, config.WinMinimumIPTarget,
			config.WarmPrefixTarget, config.WinWarmPrefixTarget,
		} {
			if rng.IntN(2) == 0 {
				s.Data[key] = numberTexts[rng.IntN(len(numberTexts))]
			}
		}
	}
	configMap := &v1.ConfigMap{Data: s.Data}
	s.Parsed[0], s.Parsed[1], s.Parsed[2], s.Prefixes = config.ParseWinIPTargetConfigs(logr.Discard(), configMap)
	loaded := config.LoadResourceConfigFromConfigMap(logr.Discard(), configMap)
	s.Secondary = fromConfig(loaded[config.ResourceNameIPAddress].WarmPoolConfig)
	s.Prefix = fromConfig(loaded[config.ResourceNameIPAddressFromPrefix].WarmPoolConfig)
	return s
}

func fromConfig(c *config.WarmPoolConfig) targets {
	return targets{c.DesiredSize, c.WarmIPTarget, c.MinIPTarget, c.WarmPrefixTarget, c.MaxDeviation}
}
