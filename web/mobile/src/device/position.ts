// The phone's position, asked for only after a tap that says so.
export interface Position { lat: number; lng: number; accuracy: number }

export function whereAmI(timeout = 15_000): Promise<Position> {
  return new Promise((done, fail) => {
    if (!('geolocation' in navigator)) {
      fail(new Error('no geolocation'))
      return
    }
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => done({ lat: round(coords.latitude), lng: round(coords.longitude), accuracy: Math.round(coords.accuracy) }),
      fail,
      { enableHighAccuracy: true, timeout, maximumAge: 30_000 },
    )
  })
}

/** Six decimals are 0.1 m: finer says nothing. */
const round = (degrees: number): number => Math.round(degrees * 1e6) / 1e6
