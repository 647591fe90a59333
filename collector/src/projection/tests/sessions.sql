select json_array(
           session.id, session.agent_id, session.agent_version, session.model, session.goal,
           session.current_goal, session.next_intent, session.final_response, session.error,
           session.activity_kind, session.activity_text, session.activity_at, session.status,
           session.started_at, session.ended_at, session.total_steps, session.total_tokens,
           session.total_cost, session.complete, session.missing_count, session.flags,
           session.first_position is null,
           json_array(parent.id, root.id, session.depth, session.orphan, session.cycle,
                      session.children),
           json_array(session.own_events, session.own_tool_calls, session.own_errors,
                      session.own_alerts, session.own_first_at, session.own_last_at),
           json_array(session.sub_sessions, session.sub_running, session.sub_waiting,
                      session.sub_failed, session.sub_live, session.sub_events,
                      session.sub_tool_calls, session.sub_errors, session.sub_alerts,
                      session.sub_tokens, session.sub_cost, session.sub_tokens_said,
                      session.sub_cost_said, session.sub_tokens_mute, session.sub_cost_mute,
                      session.sub_first_at, session.sub_last_at)
       )
from session
left join session as parent on parent.no = session.parent_no
left join session as root on root.no = session.root_no
where session.known
order by session.id
