import { takeOneTimeCode } from './one-time-code'
import './styles/base.css'

// This runs before anything else loads, because the code must not stay in the address bar while
// the rest starts.
const code = takeOneTimeCode(location, history)

void import('./console').then(({ startConsole }) => startConsole(code))
