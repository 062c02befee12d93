package storetest

import (
	"slices"
	"testing"
)

// Run plays the suite on one engine: all of it, or the tests named.
func Run(t *testing.T, e Engine, only ...string) {
	for _, c := range []struct {
		name string
		test func(*testing.T, Engine)
	}{
		{"Record_RoundTrip", recordRoundTrip},
		{"Record_Secret", recordSecret},
		{"Record_Stale", recordStale},
		{"Record_Plain", recordPlain},
		{"Record_Unique", recordUnique},
		{"Record_Children", recordChildren},
		{"Record_References", recordReferences},
		{"Record_ListTies", recordListTies},
		{"Record_ListFilters", recordListFilters},
		{"Record_AccessTwin", recordAccessTwin},
		{"Record_RefNumbers", recordRefNumbers},
		{"County_Apart", countyApart},
		{"Party_RoundTrip", partyRoundTrip},
		{"Party_Ident", partyIdent},
		{"Party_Relations", partyRelations},
		{"Party_Standing", partyStanding},
		{"Party_Consent", partyConsent},
		{"Roster", rosterDated},
		{"Search_Chinese", searchChinese},
		{"Search_Records", searchRecords},
		{"Org_Region_Account", orgRegionAccount},
		{"SignIn", signIn},
		{"Event_Outbox", eventOutbox},
		{"Event_OutboxConcurrent", eventOutboxConcurrent},
		{"Clock_Due", clockDue},
		{"Clock_RungOnce", clockRungOnce},
		{"Run_Match_Panel", runMatchPanel},
		{"Ballot_Once", ballotOnce},
		{"Ballot_Change", ballotChange},
		{"Voice_Tray", voiceTray},
		{"Signature", signatureSlots},
		{"Response", responseList},
		{"Duty_Once", dutyOnce},
		{"Duty_Tally", dutyTally},
		{"Pass", passUses},
		{"Document_Ledger_Notice", documentLedgerNotice},
		{"Delivery", deliveryTries},
		{"DeliveryExpiry", deliveryExpiry},
		{"Channels", channelsAndContacts},
		{"Attachment", attachmentRows},
		{"Entry_Floor", entryFloor},
		{"Entry_FloorConcurrent", entryFloorConcurrent},
		{"Entry_Reverse", entryReverse},
		{"Statement", statement},
		{"Facts", facts},
		{"Map_Versions", mapVersions},
		{"Map_Visits", mapVisits},
		{"Map_Overdue", overdueByUnit},
		{"Counter", counterAdd},
		{"Counter_Concurrent", counterConcurrent},
		{"Idempotency", idempotency},
		{"Audit_Chain", auditChain},
		{"Program_Import", programImport},
		{"Tx_ErrorIsolation", txErrorIsolation},
		{"Tx_Panic", txPanic},
		{"Tx_Nested", txNested},
		{"Tx_Concurrency", txConcurrency},
		{"Tx_Cancelled", txCancelled},
		{"Tx_AfterCommit", txAfterCommit},
		{"Tx_ReadSnapshot", txReadSnapshot},
		{"Tx_Serializable", txSerializable},
		{"Backup", backupRestore},
	} {
		if len(only) > 0 && !slices.Contains(only, c.name) {
			continue
		}
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.test(t, e)
		})
	}
}
