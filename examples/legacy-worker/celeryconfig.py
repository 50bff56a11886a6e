broker_url = "amqp://reports:reports@localhost:5672/reports"
imports = ("reports.tasks",)
task_ignore_result = True
task_soft_time_limit = 3 * 60 * 60
task_time_limit = 3 * 60 * 60 + 60
