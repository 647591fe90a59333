select session.id,
       session.known,
       session.orphan,
       session.cycle,
       session.depth,
       claim.id as claim,
       parent.id as parent,
       root.id as root
from session
left join session as claim on claim.no = session.claimed_parent_no
left join session as parent on parent.no = session.parent_no
left join session as root on root.no = session.root_no
