"""What a school's sync has to show, and where it is shown.

| no. | behaviour | shown in |
|---|---|---|
| 1, 2 | everybody arrives, and a second run changes nothing | test_a_year_with_a_directory |
| 3–6 | off, wrong password, empty password, certificates | test_reading_the_directory |
| 7 | no StartTLS | test_a_directory_in_trouble |
| 8–10, 12–16 | cut, silent, result codes, pages, cookies, ranges, references | test_a_directory_in_trouble |
| 11, 17 | size limit without paging, wrong base | test_reading_the_directory |
| 18 | nobody told | test_ldap_sync, people/test_sync_plan |
| 19–22, 24 | shares overall, by school, by role; a school or classes lost | people/test_sync_plan, test_ldap_sync |
| 23 | a plan approved as it is | test_looking_before_taking_over |
| 25, 26 | an id twice, no id | test_reading_the_directory, test_a_directory_in_trouble |
| 27–32 | names, sign-in, class, schools, a new school year | test_ldap_sync, test_a_year_with_a_directory |
| 33, 45 | one key at two accounts is pointed out | people/test_sync_plan |
| 34, 40, 41 | leaves, returns, returns with a new id | test_ldap_sync, people/test_sync_plan |
| 37–39 | locked, expired, never, about to leave | test_reading_the_directory, people/test_reading_entries |
| 42–44 | sign-ins given out again or swapped, namesakes | test_a_year_with_a_directory, people/test_sync_plan |
| 46–49 | addresses, classes, closed and unknown schools | people/test_reading_entries, people/test_sync_plan |
| 50 | exam and service accounts, computers | test_reading_the_directory |
| 51–54 | names of every kind, DNs, GUIDs, bytes, long values | test_odd_entries, people/test_reading_entries |
| 55, 59, 60 | a trial run, exit codes, records | test_ldap_sync, test_looking_before_taking_over |
| 56–58 | two runs at a time, killed in the middle | test_ldap_sync, test_a_sync_killed_in_the_middle |
| 61, 62 | people of files | people/test_people_from_files, people/test_first_contact |
| 63, 64 | several directories, one that is gone | test_several_directories |
| 65 | speed and memory | bench/directory.py |
| 67 | days as days | people/test_reading_entries |
| 68–71 | forgetting | people/test_forgetting |
| 73 | only named attributes | test_reading_the_directory |
| 74 | pupils' data for their school only | people/test_people_pages |

Not here yet: the return list and its letters (31, 35, 36), alarms (66), retention by itself (70), access requests (72).
"""
