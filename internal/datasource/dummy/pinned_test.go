package dummy

// pinned is the digest of the first chunk of 5,000 events with seed 7.
const pinned = "f3411b51e197426326bd9e3a0b0f6a9be3be40399541dddb788cc4134290d269"
