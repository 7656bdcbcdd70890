"""Jobs on the desk: what failed, why, and another try."""

from typing import Any

import django_tasks_db.admin
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from core.admin import ReadOnlyAdmin
from newsroom.models import Job
from newsroom.operations import jobs

# Imported so that it is registered by now: its list has no way to run a job again.
admin.site.unregister(django_tasks_db.admin.DBTaskResult)


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    list_display = ("name", "state", "tries", "error", "finished_at")
    list_filter = ("status", "queue_name")
    ordering = ("-enqueued_at",)
    fields = ("name", "state", "tries", "enqueued_at", "started_at", "finished_at", "what_happened")
    readonly_fields = fields
    actions = ("run_again",)

    @admin.action(description="Run again", permissions=["run"])
    def run_again(self, request: HttpRequest, chosen: QuerySet[Job]) -> None:
        number = jobs.run_again(chosen)
        self.message_user(request, f"{number} {'job' if number == 1 else 'jobs'} will run again.")

    def has_run_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("newsroom.change_job")

    @admin.display(description="job", ordering="task_path")
    def name(self, job: Job) -> str:
        return job.task_path.rpartition(".")[2].replace("_", " ").capitalize()

    @admin.display(description="state", ordering="status")
    def state(self, job: Job) -> str:
        if job.status == "READY":
            return "Will be tried again" if job.worker_ids else "Waiting"
        return str(job.get_status_display())

    @admin.display(description="tries")
    def tries(self, job: Job) -> int:
        return len(job.worker_ids)

    @admin.display(description="error")
    def error(self, job: Job) -> str:
        """The last line of the traceback: what was raised, and why."""
        lines = jobs.without_addresses(job.traceback).strip().splitlines()
        return lines[-1][:200] if lines else ""

    @admin.display(description="what happened")
    def what_happened(self, job: Job) -> str:
        return jobs.without_addresses(job.traceback) or "Nothing went wrong."

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer("args_kwargs", "return_value")
