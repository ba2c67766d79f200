.PHONY: data

# Makes data/instance-types.csv again from the pinned releases (needs pip and a package index); review the diff.
# ALLOW="m5.large c5.large" accepts that these rows change.
data:
	data/scripts/instance-types $(addprefix --allow ,$(ALLOW))
