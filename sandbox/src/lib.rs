//! The outside world: billers, card gateway, SMS provider and mail, speaking wire protocols only.
