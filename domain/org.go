package domain

// Tenant is one county (县区): the owner of all other rows. It is not called
// County because that is a region level.
type Tenant struct {
	Code     CountyCode
	Name     string
	Settings map[string]any
}

// Region is one division or service area (区划). Path runs from the province
// down, ids joined by "/" (44/4409/440902/440902001); a subtree is a prefix.
type Region struct {
	County    CountyCode
	ID        RegionID
	Parent    RegionID
	Level     RegionLevel
	Code      string // official code where there is one
	Name      string
	Path      string
	Lat, Lng  float64
	AreaGeo   string // GeoJSON, "" when unknown
	ValidFrom Date
	ValidTo   Date // 0 = still valid
	Active    bool
	Rev       int64
}

// Org is an organization (单位). Kind is a word of the programs (bank, station…).
type Org struct {
	County    CountyCode
	ID        OrgID
	Kind      string
	Level     string
	Name      string
	ShortName string
	USCC      string
	Region    RegionID
	Path      string
	Lat, Lng  float64
	Address   string
	Phone     string
	Tags      []Tag
	AreaPath  string // region path it serves; "" = its own
	Stars     int
	Active    bool
	Rev       int64
}

// Tag is a dated mark on a party or an organization.
type Tag struct {
	Key   string
	From  Date
	Until Date // 0 = no end
}
