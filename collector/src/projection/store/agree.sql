update alert
set acknowledged_position = said.position, acknowledged_at = said.at
from json_each(?1) as touched
cross join acknowledgement as said on said.session_no = touched.value
where alert.session_no = said.session_no
  and alert.rule = said.rule
  and alert.first_position = said.first_position
