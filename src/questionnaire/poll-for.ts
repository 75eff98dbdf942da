/** Whether the poll is for a user: for everybody, or for a group of theirs. SQL that reads the table `poll` by that name. */
export function pollIsFor(userId: string): string {
  return `(NOT EXISTS (SELECT FROM poll_group WHERE poll_group.poll_id = poll.id) OR EXISTS (
    SELECT FROM poll_group JOIN group_member member USING (group_id)
    WHERE poll_group.poll_id = poll.id AND member.user_id = ${userId}))`;
}
