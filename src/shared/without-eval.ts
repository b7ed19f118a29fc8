import { z } from 'zod'

// The console's CSP forbids eval; zod's compiled fast path would try `new Function`. To be imported
// wherever an object is described before schemas.ts has run.
z.config({ jitless: true })
