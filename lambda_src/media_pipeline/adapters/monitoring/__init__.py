"""CloudWatch's series and alarms, how full queues are, and what lies in dead-letter queues."""
