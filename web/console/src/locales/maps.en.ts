export default {
  map: {
    title: 'Map', zoom: 'Zoom', zoomIn: 'Zoom in', zoomOut: 'Zoom out', metres: 'm', kilometres: 'km', nothing: 'Nothing to show', legend: 'Legend', labelOf: 'Map: {label}; the lists below say the same',
    synthetic: 'Synthetic borders made by code, not real ones.', syntheticWord: '(synthetic)', noOutlines: 'No outlines yet. The administrator uploads a GeoJSON file in Administration · Map.', noValue: 'No data', noValues: 'No values to show', rest: '{n} more divisions have no data', undrawn: '(no outline yet)',
    theme: 'Colour areas by', noTheme: 'Nothing to colour by', rounds: 'Coverage of rounds', coverageOf: 'Coverage of {label} ({from} to {to})', layers: 'Layers', layer: { circles: 'Service circles', units: 'Units', visits: 'Visits' },
    day: 'Day of visits', toLatest: 'Show the last day with visits, {day}', circle: '15-minute service circle', unit: 'Unit', visit: 'Visit', coarse: 'Division only', coarseNote: ' (division only)', exact: 'Exact place', nowhere: 'No place',
    byArea: 'By division', visitsOf: 'Visits of {day}', noVisits: 'No visit of this day that you may see', at: 'Done at', where: 'Place', more: 'Only the first {n} are shown', noCircles: 'No service circles yet', walk: '(15 minutes on foot, about 1 km)', unplaced: '{n} more units have no place on file',
    adminTitle: 'Map', adminNote: 'Outlines of towns, villages, grids and circles. No real map is built in; the county uploads its own.', upload: 'Upload outlines', file: 'Map file', uploadHint: 'GeoJSON (FeatureCollection); each area has a code (division code) or a name; longitude and latitude in WGS 84 or CGCS2000; at most 20 MB. Checked first, drawn when confirmed.',
    choose: 'Choose file', noFile: 'No file chosen', check: 'Check file', checking: 'Checking…', matched: '{n} divisions match: {levels}', strangers: '{n} areas are no divisions of this county and stay out', stranger: 'Area {n}', draw: 'Draw these {n} outlines', drawIt: 'Draw', turn: 'Convert from GCJ-02 and check again', drawnNow: '{n} outlines drawn',
    undo: 'Take back', sureUndo: 'Take “{name}” back? Divisions get the outlines they had before.', undoneNow: 'Took {name} back', versions: 'Uploaded files', noVersions: 'Nothing uploaded yet', covers: 'Divisions', by: 'By', when: 'Uploaded', version: 'In use, version {n}',
    state: { checked: 'Checked, not drawn', drawn: 'In use', undone: 'Taken back' },
    warn: { datum: 'The coordinates look like GCJ-02, some hundred metres off. If the file comes from a web map, convert it.', part: 'The file holds only some of the towns.', strangers: 'Some areas are no divisions of this county and stay out.', replaces: 'Some divisions have an outline already and get the new one; taking back restores it.' },
    place: 'Pick on the map', placeClose: 'Close the map', placeHint: 'Click the map to set the place, or type the coordinates.',
  },
  screen: {
    title: 'Driving screen', tools: 'Display', rotate: 'Rotate', full: 'Full screen', window: 'Leave full screen', leave: 'Back to the console', asOf: '{month} · as of {at}', figures: 'Key figures', goal: 'Goal {goal}', reached: 'reached', notYet: 'not yet',
    weeksOf: '{label}, last 12 weeks', week: 'Week from', number: 'Value', count: 'Count', flow: 'Stages', noFlow: 'Nothing that you may see', overdue: 'Overdue', noOverdue: 'Nothing overdue', noUnit: 'No unit', ledger: 'Newest ledger', noLedger: 'No ledger has been frozen yet', noArea: 'No figures by division yet', nothing: 'There is no mechanism whose figures you may see',
  },
  print: {
    unitOf: 'Made by {org}', periodOf: 'Period {period}', moneyUnit: 'Amounts carry their unit', frozenNote: 'Frozen {at}. What is put right later stands apart and changes no row.', sheet: { contacts: 'Contact list', visit: 'Visit sheet', certificate: 'Certificate', ledger: 'Ledger for signing' }, do: 'Print', back: 'Back', take: 'Make the sheet', print: 'Print', open: 'Print {label}', blank: 'Print a blank {label}',
    why: 'The sheet holds personal data: who prints what, when and why is noted.', purposeHint: 'For example: calling households before a visit', noted: 'This print is noted in the journal. Keep the paper safe and destroy it after use.', blankNote: 'A blank sheet holds no personal data.',
    foot: 'Printed by {by}, {at}', titleOf: '{county} {title}', purposeOf: 'Purpose: {purpose}', remark: 'Remarks', none: 'Nothing to print', more: 'Only the first {n} are listed.', day: 'Date', visitor: 'Visitor (signature)', visited: 'Visited (signature)', yes: 'Yes', no: 'No',
    serial: 'Number: {serial}', issued: 'Issued on {day}', checkAt: 'Its number can be checked on the county’s public page.', seal: '(seal)', maker: 'Made by', reviewer: 'Checked by', signed: 'Signed electronically',
  },
}
