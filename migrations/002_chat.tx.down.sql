DROP TABLE message_feedback, turn_steps, turns, messages, conversations;
