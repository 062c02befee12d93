package main

import "linqiao/api"

// screens are the built console and phone application.
func screens() api.Static { return api.Static{} }
