import { takeOneTimeCode } from './one-time-code'
import './styles/base.css'

// Before anything else is even loaded: the code must not stay in the address bar while the rest
// starts.
const code = takeOneTimeCode(location, history)

void import('./console').then(({ startConsole }) => startConsole(code))
