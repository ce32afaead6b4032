package dummy

// pinned is the digest of the first chunk of 5,000 events with seed 7.
const pinned = "d4fa4f73e5698836c439cfcdfb9dad069ab1b819094446cc942f1400a5f35a89"
