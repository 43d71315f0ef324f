package judge

import "pulumi-awskms/tests/engine/stack"

// Promise is one promise to the user and the function that judges it.
type Promise struct {
	ID, Words string
	// Judge says what at this moment breaks the promise.
	Judge func(Moment) []string
}

// Moment is when promises are judged: after an operation, or at rest.
type Moment struct {
	*History
	// Result is the operation that has just ended; nil at rest.
	Result *stack.Result
	// Troubled says that something stood in the operation's way on purpose.
	Troubled bool
	// Rest is the end of a history; nil before.
	Rest *Rest
}

// Promises are all of them; docs/reliability.md says how each is kept and where it ends.
var Promises = []Promise{
	{"P1", "no data becomes unreadable unless that key's deletion was asked for", DataStaysReadable},
	{"P2", "nothing is deleted, disabled or unnamed that nobody asked for", NothingGoesUnasked},
	{"P3", "every live key of ours is in a state, or is named to the user", NoKeyIsOrphaned},
	{"P4", "one resource has at most one live key, one key at most one row", OneResourceOneKey},
	{"P5", "a preview tells the truth and writes nothing", PreviewTellsTheTruth},
	{"P6", "once faults stop, one up reaches what the program says, and the next changes nothing", Converges},
	{"P7", "no intermediate step lets anybody in or locks the owner out", NobodyIsLetInOrLockedOut},
	{"P8", "what another stack holds is not touched", NeverFights},
	{"P9", "the state of every released version stays usable", OldStatesStayUsable},
	{"P10", "secrets stay secret", SecretsStaySecret},
	{"P11", "an operation stops when it is told to", StopsWhenTold},
	{"engine", "the engine and its state stay sound", EngineStaysSound},
}
