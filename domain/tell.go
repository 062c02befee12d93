package domain

import "time"

// InApp is the channel of messages inside the product. Their row is the message:
// no gateway is asked.
const InApp = "push"

// States of a delivery. A message inside the product is sent until it is read; one
// that leaves the county goes queued → sending → sent → delivered, or ends failed
// (a dead letter), expired, skipped or merged into another.
const (
	DeliveryQueued    = "queued"
	DeliverySending   = "sending"
	DeliverySent      = "sent"
	DeliveryDelivered = "delivered" // the gateway reported its arrival
	DeliveryRead      = "read"
	DeliveryFailed    = "failed"
	DeliveryExpired   = "expired" // out of date before any gateway took it
	DeliverySkipped   = "skipped" // no channel, no number, or not wanted
	DeliveryMerged    = "merged"  // told together with others
)

// Delivery is one message to one receiver by one channel (送达).
type Delivery struct {
	County    CountyCode
	ID        string
	ToAccount AccountID
	ToParty   PartyID
	ToIndex   string // blind index of a number or address
	Channel   string // push, or a kind of channel: sms, call, wecom, dingtalk
	Message   string // message key, for counting
	Text      string
	State     string
	Tries     int
	NextAt    time.Time // zero = no further try
	Record    RecordID
	Created   time.Time

	Program string // whose message it is, "" = the kernel's own
	Route   string // id of the channel it goes by; "" inside the product
	Urgent  bool   // neither quiet hours nor merging hold it back
	Fails   int    // tries that failed for its own sake
	Replays int    // how often the operator sent it again
	Expires time.Time
	Tried   time.Time // last try
	Ended   time.Time // when it reached its last state
	Receipt string    // the gateway's own number of it
	Answer  string    // what the gateway answered last, or why it was not sent
	Merged  string    // id of the delivery that told it
}

// Channel is one configured way out of a county (渠道): a gateway or a group robot,
// of the whole county or of one unit.
type Channel struct {
	County    CountyCode
	ID        string
	Kind      string
	Name      string
	Org       OrgID // "" = of the county
	Active    bool
	PerMinute int            // most messages in any sixty seconds
	Config    map[string]any // what may be shown
	Secret    map[string]any // address, key and secret; sealed
	Created   time.Time
	Rev       int64

	Health ChannelHealth
}

// ChannelHealth is how a channel fares. After several failures in a row it is
// closed until OpenAt, so that a dead gateway is not asked again and again.
type ChannelHealth struct {
	Fails    int // failures in a row
	Closed   int // how often in a row it was closed
	OpenAt   time.Time
	LastOK   time.Time
	LastFail time.Time
	Error    string
	Lease    time.Time // until then one worker has it
}

// Contact is how one account wishes to be told (通知偏好).
type Contact struct {
	County  CountyCode
	Account AccountID
	Phone   string // sealed at rest
	// Off holds the kinds of channel the person does not want; what is urgent comes
	// all the same.
	Off []string
	// QuietFrom and QuietUntil are minutes of the day in Beijing; equal = no quiet
	// hours. Rest also keeps weekends and holidays quiet.
	QuietFrom, QuietUntil int
	Rest                  bool
	// Gather holds messages back for so many minutes after the last one, and tells
	// them together.
	Gather int
	Told   time.Time // last message by a personal channel
	Rev    int64
}

// Quiet hours and gathering of who has said nothing: 22:00 to 08:00, ten minutes.
const (
	QuietFrom     = 22 * 60
	QuietUntil    = 8 * 60
	GatherMinutes = 10
)
