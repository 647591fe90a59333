//! Opens the stores, starts the tasks, wires the rooms, stops them in order.
