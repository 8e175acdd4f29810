"""What seed_demo shows of money and post; registered in submissions.management.demo.MORE, used by that command only."""
