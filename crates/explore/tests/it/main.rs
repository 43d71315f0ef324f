//! The tests of the exploration, in one program: each would link the provider and the simulator anew.

mod automaton;
mod suite;
mod wrong;
