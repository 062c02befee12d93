package main

import (
	"linqiao/api"
	"linqiao/web"
)

// screens are the built console and phone application.
func screens() api.Static { return api.Static{Console: web.Console(), Mobile: web.Mobile()} }
